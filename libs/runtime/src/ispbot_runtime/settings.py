"""What every process reads from its environment, once, in ``__main__``."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class CommonSettings(BaseSettings):
    """Environment of every service, prefix ``ISPBOT_``."""

    model_config = SettingsConfigDict(env_prefix="ISPBOT_", frozen=True, extra="ignore")

    nats_url: SecretStr = SecretStr("nats://127.0.0.1:4222")
    """With user and password or token inside when the bus asks for them; the servers of a cluster with commas, all with the same."""
    mongo_uri: SecretStr = SecretStr("mongodb://127.0.0.1:27017/?directConnection=true")
    mongo_prefix: str = "ispbot"
    http_host: str = "127.0.0.1"
    http_port: int = 0
    """0 lets the system choose."""
    data_dir: Path = Path(".data")
    secret_key: SecretStr = Field(default=SecretStr(""))
    """Fernet key that seals secrets inside settings."""
    stream_replicas: int = Field(default=1, ge=1, le=5)
    log_level: str = "INFO"
