"""What the service reads from its environment."""

from dataclasses import dataclass

from pydantic import Field

from ispbot_runtime.settings import CommonSettings


@dataclass(frozen=True)
class Limits:
    """How long and how much. ``question_s`` bounds every answer: the router gives up after 3 s."""

    question_s: float = 2.5
    file_s: float = 12.0
    """A slow invoice file is fetched so long in the background, ready for the next try."""
    test_s: float = 4.0
    """Probar Conexión: a person waits, and a slow server is worth telling from a dead one."""
    connect_s: float = 1.5
    read_s: float = 2.2
    concurrency: int = 8
    """Requests at once to the system, and invoice files at once beside them: PHP on small boxes."""
    fresh_s: float = 15.0
    """An answer this young is given again without asking."""
    breaker_failures: int = 8
    """In a row; one question makes up to three requests at once."""
    breaker_open_s: float = 10.0
    file_max_bytes: int = 10 * 1024 * 1024
    login_s: float = 12.0
    """A slow login goes on in the background; the next question finds its token."""
    write_s: float = 25.0
    """Writes are slow there and nobody should cut one short."""
    write_settle_s: float = 60.0
    """So long after an unanswered write the system may still be doing it."""
    write_retry_s: float = 20.0
    """Between two tries of a write while the system is away."""
    list_s: float = 30.0
    """A page of the directory, for which nobody waits: a thousand customers take a small server many seconds."""
    page_pause_s: float = 0.3
    """Between two pages of the directory."""


class CrmAdapterSettings(CommonSettings):
    """Environment of the CRM adapter, beside the common one."""

    crm_question_timeout_s: float = Field(default=2.5, gt=0, le=30)
    crm_file_timeout_s: float = Field(default=12.0, gt=0, le=60)
    crm_test_timeout_s: float = Field(default=4.0, gt=0, le=30)
    crm_concurrency: int = Field(default=8, ge=1, le=64)
    crm_fresh_s: float = Field(default=15.0, ge=0, le=600)
    crm_breaker_open_s: float = Field(default=10.0, gt=0, le=300)
    crm_write_timeout_s: float = Field(default=25.0, gt=0, le=50)
    crm_write_settle_s: float = Field(default=60.0, ge=0, le=600)
    crm_write_retry_s: float = Field(default=20.0, gt=0, le=600)
    crm_directory_every_s: float = Field(default=6 * 3600, ge=60)

    notice_window: int = Field(default=24, ge=1, le=5000)
    """Notices in the hands of the gateway at once."""
    notice_file_retry_s: float = Field(default=30.0, ge=0, le=3600)
    """Pause before a file of a notice is asked for again."""
    altwha_every_s: float = Field(default=20.0, gt=0, le=3600)
    """How often ISPBrain's queue of messages is looked at."""

    def limits(self) -> Limits:
        """Return the limits in force."""
        return Limits(
            question_s=self.crm_question_timeout_s,
            file_s=self.crm_file_timeout_s,
            test_s=self.crm_test_timeout_s,
            read_s=0.9 * self.crm_question_timeout_s,
            concurrency=self.crm_concurrency,
            fresh_s=self.crm_fresh_s,
            breaker_open_s=self.crm_breaker_open_s,
            write_s=self.crm_write_timeout_s,
            write_settle_s=self.crm_write_settle_s,
            write_retry_s=self.crm_write_retry_s,
        )
