"""All routes of the application, and how to call one with the ids of real objects."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tidings.api.application import Application
from tidings.api.auth import Needs

PARAMETER = re.compile(r"\{(\w+):\w+\}")
# A body that most requests read: each reads the fields that it knows.
BODY: dict[str, Any] = {
    "name": "Taken over",
    "email": "taken@over.example",
    "password": "twelve letters",
    "newPassword": "twelve letters",
    "oldPassword": "twelve letters",
    "code": "123456",
    "permissions": [],
    "grants": [],
    "subjectIds": [],
    "divisionIds": [],
    "authorizedGrantType": "CLIENT-CREDENTIALS",
    "proficiency": 1,
    "joined": True,
    "status": "IDLE",
    "deactivated": True,
    "utilization": {"message": {"maximumCapacity": 3}},
}
# Where another body is read.
BODIES: dict[str, Any] = {
    "/api/v2/authorization/divisions/{division_id:uuid}/objects/{object_type:str}": [
        "00000000-0000-0000-0000-000000000001"
    ],
    "/api/v2/users/{subject_id:uuid}/roles": [],
    "/api/v2/routing/queues/{queue_id:uuid}/members": [],
    "/api/v2/routing/queues/{queue_id:uuid}/wrapupcodes": [],
    "/api/v2/users/{user_id:uuid}/queues": [],
    "/api/v2/users/{user_id:uuid}/routingskills/bulk": [],
    "/api/v2/users/{user_id:uuid}/routinglanguages/bulk": [],
    "/api/v2/outbound/contactlists/{contact_list_id:uuid}/contacts": [{"data": {}}],
    "/api/v2/outbound/contactlists/{contact_list_id:uuid}/contacts/bulk": ["contact-of-ours"],
    "/api/v2/notifications/channels/{channel_id:str}/subscriptions": [],
    "/api/v2/outbound/dnclists/{dnc_list_id:uuid}/phonenumbers": ["4915112345678"],
    "/api/v2/outbound/dnclists/{dnc_list_id:uuid}/emailaddresses": ["a@b.example"],
    "/api/v2/outbound/dnclists/{dnc_list_id:uuid}/whatsappnumbers": {
        "action": "Add",
        "whatsAppNumbers": ["4915112345678"],
    },
}


class Route(msgspec.Struct, frozen=True):
    """One operation; `permissions` is None where nothing guards it."""

    method: str
    template: str
    permissions: tuple[str, ...] | None

    @property
    def parameters(self) -> list[str]:
        """The names of its path parameters."""
        return PARAMETER.findall(self.template)

    def path(self, objects: Mapping[str, object]) -> str:
        """The path to these objects."""
        return PARAMETER.sub(lambda match: str(objects[match[1]]), self.template)

    @property
    def body(self) -> dict[str, Any]:
        """What to send: as httpx takes it."""
        if self.method not in ("POST", "PUT", "PATCH"):
            return {}
        return {"json": BODIES.get(self.template, BODY)}

    def __str__(self) -> str:
        """As it is told in a failure."""
        return f"{self.method} {self.template}"


def walk(application: Application) -> list[Route]:
    """Every operation of the application but the OPTIONS that the framework adds."""
    return [
        Route(method, route.path, _permissions(handler.guards or ()))
        for route in application.framework.routes
        for handler in getattr(route, "route_handlers", ())
        for method in sorted(handler.http_methods - {"OPTIONS"})
    ]


def _permissions(guards: Any) -> tuple[str, ...] | None:
    return next((guard.permissions for guard in guards if isinstance(guard, Needs)), None)
