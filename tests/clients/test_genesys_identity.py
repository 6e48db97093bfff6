"""The official Genesys Cloud SDK, unchanged, manages identities when pointed at our host."""

from collections.abc import Iterator
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813
import pytest
from PureCloudPlatformClientV2.rest import ApiException

from tests.serving import Server
from tests.world import Actor, World

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def administrator(world: World) -> Actor:
    """A program that may do everything, with a client id and a secret."""
    return world.robot


@pytest.fixture(scope="module")
def client(server: Server, administrator: Actor) -> Iterator[Any]:
    """The SDK's client, signed in with client credentials."""
    before = sdk.configuration.host
    sdk.configuration.host = server.address
    client = sdk.api_client.ApiClient()
    yield client.get_client_credentials_token(str(administrator.id), administrator.secret)
    sdk.configuration.host = before


def test_it_signs_in_and_knows_whose_token_it_has(client: Any, administrator: Actor) -> None:
    info = sdk.TokensApi(client).get_tokens_me()
    organization = sdk.OrganizationApi(client).get_organizations_me()

    assert client.access_token
    assert info.organization.name == "Nordwind"
    assert info.o_auth_client.id == str(administrator.id)
    assert organization.third_party_org_name == "nordwind"
    assert organization.version == 1
    sdk.TokensApi(client).head_tokens_me()


def test_a_wrong_secret_is_an_oauth_error(server: Server, administrator: Actor) -> None:
    client = sdk.api_client.ApiClient(host=server.address)

    with pytest.raises(ApiException) as refused:
        client.get_client_credentials_token(str(administrator.id), "wrong")

    assert refused.value.status == 400
    assert "invalid_client" in str(refused.value.body)


def test_it_manages_divisions(client: Any, world: World) -> None:
    api = sdk.AuthorizationApi(client)

    made = api.post_authorization_divisions({"name": "East", "description": "Sunrise"})
    listed = api.get_authorization_divisions(page_size=100)

    assert made.home_division is False
    assert {"Home", "North", "East"} <= {d.name for d in listed.entities}
    assert listed.total == len(listed.entities)
    assert api.get_authorization_divisions_home().home_division is True
    changed = api.put_authorization_division(made.id, {"name": "Far East", "description": ""})
    assert changed.name == "Far East"
    permitted = api.get_authorization_divisionspermitted_me("directory:user:view")
    assert "Far East" in {d.name for d in permitted}
    api.post_authorization_division_object(made.id, "USER", [str(world.mia.id)])
    walked = api.get_authorization_divisions_query(page_size="1", name="far")
    assert [each.name for each in walked.entities] == ["Far East"]
    home = str(world.nordwind.divisions["Home"])
    api.post_authorization_division_object(home, "USER", [str(world.mia.id)])
    api.delete_authorization_division(made.id)
    with pytest.raises(ApiException) as gone:
        api.get_authorization_division(made.id)
    assert gone.value.status == 404


def test_it_manages_roles_and_grants(client: Any, world: World) -> None:
    api = sdk.AuthorizationApi(client)
    policy = sdk.DomainPermissionPolicy()
    policy.domain, policy.entity_name, policy.action_set = "directory", "user", ["view", "edit"]
    draft = sdk.DomainOrganizationRoleCreate()
    draft.name, draft.permission_policies = "Desk lead", [policy]

    role = api.post_authorization_roles(draft)
    api.post_authorization_subject_division_role(str(world.mia.id), "*", role.id)
    subject = api.get_authorization_subject(str(world.mia.id))

    assert role.permission_policies[0].action_set == ["view", "edit"]
    assert api.get_authorization_roles(name="Desk").entities[0].id == role.id
    assert [(g.role.name, g.division.id) for g in subject.grants] == [("Desk lead", "*")]
    assert subject.grants[0].role.policies[0].actions == ["view", "edit"]
    assert api.get_authorization_role(role.id).user_count == 1
    assert "oauth" in {p.domain for p in api.get_authorization_permissions(page_size=99).entities}
    update = sdk.DomainOrganizationRoleUpdate()
    update.name, update.permissions = "Desk lead", ["directory:user:view"]
    assert api.put_authorization_role(role.id, update).permissions == ["directory:user:view"]
    api.delete_authorization_subject_division_role(str(world.mia.id), "*", role.id)
    api.delete_authorization_role(role.id)
    assert api.get_authorization_subject(str(world.mia.id)).grants == []


def test_it_manages_people(client: Any, world: World) -> None:
    api = sdk.UsersApi(client)
    draft = sdk.CreateUser()
    draft.name, draft.email = "Signe", "signe@nordwind.example"
    draft.division_id = str(world.nordwind.divisions["Home"])
    draft.password = "twelve letters"

    user = api.post_users(draft)
    changed = api.patch_user(user.id, {"name": "Signe B.", "version": user.version})

    assert user.state == "active"
    assert user.division.name == "Home"
    assert user.primary_contact_info[0].media_type == "EMAIL"
    assert (changed.name, changed.version) == ("Signe B.", 2)
    listed = api.get_users(page_size=100, expand=["authorization"])
    assert "Signe B." in [u.name for u in listed.entities]
    assert all(u.authorization is not None for u in listed.entities)
    criterion = {"type": "CONTAINS", "fields": ["name"], "value": "signe"}
    found = api.post_users_search({"query": [criterion], "pageSize": 5})
    assert [u.id for u in found.results] == [user.id]
    with pytest.raises(ApiException) as stale:
        api.patch_user(user.id, {"name": "Nobody", "version": user.version})
    assert stale.value.status == 409
    roles = api.put_user_roles(user.id, [str(world.nordwind.roles["supervisor"])])
    assert [r.name for r in roles.roles] == ["Supervisor"]
    assert api.get_user_roles(user.id).roles[0].name == "Supervisor"
    api.delete_user(user.id)
    with pytest.raises(ApiException) as gone:
        api.get_user(user.id)
    assert gone.value.status == 404


def test_it_makes_a_client_that_signs_in_and_is_revoked(
    client: Any, server: Server, world: World
) -> None:
    api = sdk.OAuthApi(client)
    role = {"roleId": str(world.nordwind.roles["notifications"]), "divisionId": "*"}
    draft = sdk.OAuthClientRequest()
    draft.name, draft.authorized_grant_type = "Till", "CLIENT-CREDENTIALS"
    draft.access_token_validity_seconds, draft.role_divisions = 600, [role]

    made = api.post_oauth_clients(draft)
    till = sdk.api_client.ApiClient(host=server.address)
    till.get_client_credentials_token(made.id, made.secret)

    assert made.state == "active"
    assert made.access_token_validity_seconds == 600
    assert made.role_divisions[0].division_id == "*"
    own = sdk.AuthorizationApi(till).get_authorization_subjects_me()
    assert [g.role.name for g in own.grants] == ["Notification sender"]
    with pytest.raises(ApiException) as refused:
        sdk.UsersApi(till).get_users()
    assert refused.value.status == 403
    assert "directory:user:view" in refused.value.body
    assert api.post_oauth_client_secret(made.id).secret != made.secret
    assert "Till" in [c.name for c in api.get_oauth_clients().entities]
    assert api.put_oauth_client(made.id, draft).id == made.id
    api.delete_oauth_client(made.id)
    with pytest.raises(ApiException) as revoked:
        till.get_client_credentials_token(made.id, made.secret)
    assert revoked.value.status == 400


def test_it_learns_which_scopes_there_are(client: Any) -> None:
    api = sdk.OAuthApi(client)

    listed = api.get_oauth_scopes()
    one = api.get_oauth_scope("outbound:readonly")

    names = [each.id for each in listed.entities]
    assert listed.total == len(set(names)) == len(names)
    assert {"outbound", "conversations:readonly", "users", "response-management"} <= {*names}
    assert one.description.startswith("Read what")
    assert "outbound:contactList" in one.description
    for wrong in ("outbound:write", "admin"):
        with pytest.raises(ApiException) as absent:
            api.get_oauth_scope(wrong)
        assert absent.value.status == 404
