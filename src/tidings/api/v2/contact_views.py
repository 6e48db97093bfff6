"""Contacts as the API shows and reads them."""

from typing import Any
from urllib.parse import quote

from tidings.actions.contacts import ContactDraft, Contacts
from tidings.api.v2.contact_list_views import PATH
from tidings.api.views import Body, Moment, View, moment
from tidings.store.contact_lists import ListRow
from tidings.store.contacts import ContactRow


class ContactBody(Body):
    """A contact to add or change: its values by column."""

    data: dict[str, str | int | float | bool | None]
    id: str | None = None
    contact_list_id: str | None = None
    callable: bool | None = None

    def draft(self) -> ContactDraft:
        """The contact as the actions take it."""
        return ContactDraft(
            id=self.id, list_id=self.contact_list_id, data=self.data, callable=self.callable
        )


class ContactView(View):
    """A contact of a list. Empty values are empty texts."""

    id: str
    contact_list_id: str
    data: dict[str, str]
    callable: bool
    contactable_status: dict[str, dict[str, Any]]
    date_created: Moment
    self_uri: str

    @classmethod
    def of(cls, row: ContactRow, listed: ListRow) -> "ContactView":
        """The contact as the API shows it."""
        return cls(
            id=row.id,
            contact_list_id=str(listed.id),
            data={
                name: value or "" for name, value in zip(listed.columns, row.values, strict=True)
            },
            callable=row.callable,
            contactable_status={"WhatsApp": {"contactable": row.callable}},
            date_created=moment(row.created_at),
            self_uri=f"{PATH}/{listed.id}/contacts/{quote(row.id, safe='')}",
        )


def contact_views(found: Contacts) -> list[ContactView]:
    """Several contacts of one list."""
    return [ContactView.of(row, found.of_list) for row in found.rows]
