"""For writers of systems that take no leads."""

from ispbot_crm_adapter.errors import CrmRejected
from ispbot_crm_adapter.ports import LeadDraft, Sighting


class TakesNoLeads:
    """Half of a writer: a lead is refused with ``no_leads``, what people are told, and none was ever filed."""

    no_leads: str

    async def file_lead(self, draft: LeadDraft) -> str | None:
        """Refuse. Raises CrmRejected."""
        del draft
        raise CrmRejected("rejected", self.no_leads)

    async def find_lead(self, draft: LeadDraft) -> Sighting:
        """None was ever filed."""
        del draft
        return Sighting(there=False)
