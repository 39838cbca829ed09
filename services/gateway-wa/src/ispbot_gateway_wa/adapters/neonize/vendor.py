"""The library's messages under the names of its own documentation."""

from google.protobuf.message import Message as Proto  # type: ignore[import-untyped]  # no stubs are shipped
from neonize.proto.Neonize_pb2 import JID, ConnectFailureReason, Device, MessageInfo, SendResponse, UploadResponse
from neonize.proto.Neonize_pb2 import ChatPresence as ChatPresenceEv
from neonize.proto.Neonize_pb2 import ClientOutdated as ClientOutdatedEv
from neonize.proto.Neonize_pb2 import Connected as ConnectedEv
from neonize.proto.Neonize_pb2 import ConnectFailure as ConnectFailureEv
from neonize.proto.Neonize_pb2 import Disconnected as DisconnectedEv
from neonize.proto.Neonize_pb2 import JoinedGroup as JoinedGroupEv
from neonize.proto.Neonize_pb2 import KeepAliveTimeout as KeepAliveTimeoutEv
from neonize.proto.Neonize_pb2 import LoggedOut as LoggedOutEv
from neonize.proto.Neonize_pb2 import Message as MessageEv
from neonize.proto.Neonize_pb2 import OfflineSyncCompleted as OfflineSyncCompletedEv
from neonize.proto.Neonize_pb2 import PairStatus as PairStatusEv
from neonize.proto.Neonize_pb2 import Receipt as ReceiptEv
from neonize.proto.Neonize_pb2 import StreamError as StreamErrorEv
from neonize.proto.Neonize_pb2 import StreamReplaced as StreamReplacedEv
from neonize.proto.Neonize_pb2 import TemporaryBan as TemporaryBanEv
from neonize.proto.Neonize_pb2 import UndecryptableMessage as UndecryptableMessageEv

__all__ = [
    "JID",
    "ChatPresenceEv",
    "ClientOutdatedEv",
    "ConnectFailureEv",
    "ConnectFailureReason",
    "ConnectedEv",
    "Device",
    "DisconnectedEv",
    "JoinedGroupEv",
    "KeepAliveTimeoutEv",
    "LoggedOutEv",
    "MessageEv",
    "MessageInfo",
    "OfflineSyncCompletedEv",
    "PairStatusEv",
    "Proto",
    "ReceiptEv",
    "SendResponse",
    "StreamErrorEv",
    "StreamReplacedEv",
    "TemporaryBanEv",
    "UndecryptableMessageEv",
    "UploadResponse",
]
