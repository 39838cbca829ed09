"""A stand-in for the panel's neighbours, answering on the bus."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ispbot_contracts import ai, crm, crm_fields, crm_writes, notices, scheduler, tickets, whatsapp
from ispbot_contracts.common import Author, AuthorKind, Freshness, Money
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import ArchivedMessage, TicketView
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def account(customer_id: str) -> crm.CustomerAccount:
    facts = {"service_id": "s1", "plan": "Fibra 100 Mbps", "price": None, "address": None, "node": "OLT-2"}
    service = crm.InternetService(**facts, connection=crm.Connection.ONLINE)
    return crm.CustomerAccount(
        customer_id=customer_id, number=customer_id, name="Nélida Correa", document="20111222", phones=["5493515550001"],
        email=None, address="Bv. San Juan 1420", position=None, status=crm.CustomerStatus.ACTIVE,
        balance=Money(amount=Decimal(18500)), unpaid_invoices=1, due_date=None, area_maintenance=False, services=[service],
    )  # fmt: skip


class Desk:
    """A stand-in for the neighbours: keeps tickets and lines, remembers what it was asked."""

    def __init__(self) -> None:
        self.tickets: dict[str, TicketView] = {}
        self.lines: dict[str, ArchivedMessage] = {}
        self.asked: list[Any] = []
        self.notices: dict[str, Any] = {}
        self.unreached: list[Any] = []
        self.accounts = ["10"]
        self.stale = False
        self.source = "nuevo"
        self.make_line: Any = None

    def add(self, ticket: TicketView) -> TicketView:
        self.tickets[ticket.ticket_id] = ticket
        return ticket

    def register(self, bus: Bus) -> None:
        answers: dict[Any, Any] = {
            tickets.GetTicket: lambda q: tickets.TicketFound(ticket=self._ticket(q.ticket_id)),
            tickets.ListTickets: self._list,
            tickets.ListMessages: lambda q: tickets.MessagePage(messages=list(self.lines.values()), next="1.m0"),
            tickets.GetMessage: self._message,
            tickets.PreviousTickets: lambda q: tickets.TicketList(tickets=[]),
            tickets.GetTicketStats: lambda q: tickets.TicketStats(
                pending=1, in_progress=2, closed_30d=9, opened_by_day=[0] * 14, oldest_waiting_since=NOW, open_chats=5
            ),
            tickets.ReplyToTicket: self._write,
            tickets.AddNote: self._write,
            crm.FindCustomers: lambda q: crm.CustomersFound(
                customers=[account(customer_id) for customer_id in self.accounts],
                freshness=Freshness(as_of=NOW),
                source=self.source,
            ),
            crm.GetAccount: lambda q: crm.AccountFound(
                account=account(q.customer_id), invoices=[], freshness=Freshness(as_of=NOW, stale=self.stale)
            ),
            scheduler.ListVisits: lambda q: scheduler.VisitList(visits=[]),
            ai.GetAiUsage: lambda q: ai.AiUsage(total=7, by_kind={"classification": 4, "summary": 3}, by_day=[7]),
            whatsapp.RestartSession: lambda q: whatsapp.Done(),
            whatsapp.UnlinkSession: lambda q: whatsapp.Done(),
            whatsapp.NewQr: lambda q: whatsapp.Done(),
            whatsapp.RequestPairCode: lambda q: whatsapp.PairCode(code="ABCD-EFGH"),
        }
        answers |= self._more()
        for action in (tickets.TakeTicket, tickets.TransferTicket, tickets.CloseTicket, tickets.MarkSeen):
            answers[action] = lambda q: tickets.TicketFound(ticket=self._ticket(q.ticket_id))
        for query, answer in answers.items():
            bus.answer(query, self._answering(answer))

    def _more(self) -> dict[Any, Any]:
        return {
            crm.GetCrmStatus: lambda q: crm.CrmStatus(
                vendor="mikrowisp", capabilities=[crm.Capability.BALANCE], healthy=True, reason=None,
                lacks=[crm.CapabilityLack(capability="payment_link", why="Falta la pasarela.", remedy="Completala.")],
            ),
            crm.TestCrmConnection: lambda q: crm.ConnectionTest(ok=True, code="ok", message="Correcta", latency_ms=12),
            crm_fields.DetectCrmFields: lambda q: crm_fields.CrmFieldsDetected(
                ok=False, code="customer_not_found", message="No existe.", paths=[], proposed=None, reads=None
            ),
            crm_writes.GetRequestMeter: lambda q: crm_writes.RequestMeter(
                metered=True, period_from="2026-11-01", period_to="2026-11-28", used=10, allowance=100, level="ok",
                by_day=[{"day": "2026-11-01", "requests": 10}], by_operation={"customer": 10},
            ),
            notices.ListNotices: self._notices,
            notices.NoticesUnreached: lambda q: notices.UnreachedPage(
                rows=self.unreached[1:] if q.cursor else self.unreached[:1], next=None if q.cursor else "2"
            ),
            notices.GetNotice: lambda q: self._notice(q.notice_id),
            notices.RetryNotice: lambda q: self._notice(q.notice_id),
            notices.CancelNotice: lambda q: self._notice(q.notice_id),
            whatsapp.GetSendState: lambda q: whatsapp.SendState(
                light="amber", reason="Hay avisos en espera.", cold_used=3, cold_left=17, waiting_replies=0,
                waiting_notices=4, unconfirmed=0,
            ),
        }  # fmt: skip

    def _notices(self, query: Any) -> Any:
        rows = list(self.notices.values())
        counts = {state: sum(row.state is state for row in rows) for state in notices.NoticeState}
        return notices.NoticePage(
            rows=[row for row in rows if query.state in (None, row.state)], next=None, counts=counts
        )

    def _notice(self, notice_id: str) -> Any:
        if notice_id not in self.notices:
            raise Refusal("notice_not_found", "Ese aviso no existe.")
        step = notices.NoticeStep(at=NOW, state=notices.NoticeState.ACCEPTED, reason=None, text="Recibido")
        return notices.NoticeFound(notice=self.notices[notice_id], timeline=[step])

    def _answering(self, answer: Any) -> Any:
        async def handler(query: Any) -> Any:
            self.asked.append(query)
            return answer(query)

        return handler

    def asked_for(self, kind: Any) -> list[Any]:
        return [query for query in self.asked if isinstance(query, kind)]

    def _ticket(self, ticket_id: str) -> TicketView:
        if ticket_id not in self.tickets:
            raise Refusal("ticket_not_found", "Ese ticket no existe.")
        return self.tickets[ticket_id]

    def _message(self, query: Any) -> Any:
        line = self.lines[query.message_id]
        found = self.tickets.get(line.ticket_id or "")
        return tickets.MessageFound(message=line, open_ticket=found if found and found.status != "closed" else None)

    def _list(self, query: Any) -> Any:
        rows = [ticket for ticket in self.tickets.values() if ticket.status == query.view]
        return tickets.TicketPage(
            rows=rows, next=None, counts=tickets.QueueCounts(pending=len(rows), in_progress=0, mine=0)
        )

    def _write(self, query: Any) -> Any:
        content = query.content if isinstance(query, tickets.ReplyToTicket) else TextContent(text=query.text)
        author = Author(kind=AuthorKind.AGENT, id=query.agent.id, name=query.agent.name)
        line = self.make_line(
            client_id=query.client_id, content=content, author=author, direction="out", status="queued"
        )
        return tickets.MessageWritten(message=line)
