"""What still has to reach each linked device: kept until the device says that it took it."""

from collections import deque
from collections.abc import Callable

from ispbot_sims.wa_network.core.entities import Device, Json
from ispbot_sims.wa_network.core.state import State

WINDOW = 2000
"""Deliveries under way that the device has not taken yet."""


class DeviceQueue:
    """The deliveries of one device, in order. ``on_new`` is the connected link's bell."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.waiting: dict[int, Json] = {}
        self._unsent: deque[int] = deque()
        self._first_live = device.next_delivery
        self.on_new: Callable[[], None] | None = None

    def attach(self, on_new: Callable[[], None]) -> int:
        """A link is up: everything untaken goes out again. Return how many deliveries waited."""
        self.on_new = on_new
        self._unsent = deque(self.waiting)
        self._first_live = self.device.next_delivery
        return len(self.waiting)

    def detach(self, on_new: Callable[[], None]) -> None:
        """That link is gone (a newer one stays)."""
        if self.on_new == on_new:
            self.on_new = None

    def add(self, delivery_id: int, frame: Json) -> None:
        """Queue a new delivery."""
        self.waiting[delivery_id] = frame
        if self.on_new is not None:
            self._unsent.append(delivery_id)
            self.on_new()

    def next_frame(self) -> Json | None:
        """Return the next frame to write, or None while there is nothing or the window is full."""
        while self._unsent and len(self.waiting) - len(self._unsent) < WINDOW:
            delivery_id = self._unsent.popleft()
            frame = self.waiting.get(delivery_id)
            if frame is None:
                continue
            if "info" in frame:
                return {**frame, "offline": delivery_id < self._first_live}
            return frame
        return None

    def next_is_live(self) -> bool:
        """Tell whether everything that waited at login has been written."""
        return not self._unsent or self._unsent[0] >= self._first_live


class Deliveries:
    """The queues of all devices."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._queues: dict[str, DeviceQueue] = {}
        self.queued = 0
        self.taken = 0
        for device in state.devices.values():
            self._queues[device.id] = DeviceQueue(device)
        for row in state.store.load("delivery"):
            queue = self._queues.get(row["device"])
            if queue is not None:
                queue.waiting[row["frame"]["delivery_id"]] = row["frame"]

    def queue(self, device: Device) -> DeviceQueue:
        """Return the queue of a linked device."""
        if device.id not in self._queues:
            self._queues[device.id] = DeviceQueue(device)
        return self._queues[device.id]

    def put(self, account: str, frame: Json, *, except_device: str | None = None) -> None:
        """Queue a frame for every linked device of the account (but not for the one that caused it)."""
        for device in self._state.devices_of(account):
            if f"{account}/{device.id}" == except_device:
                continue
            delivery_id = device.next_delivery
            device.next_delivery += 1
            self._state.save_device(device)
            numbered = {**frame, "delivery_id": delivery_id}
            self._state.store.put("delivery", self._key(device, delivery_id), {"device": device.id, "frame": numbered})
            self.queued += 1
            self.queue(device).add(delivery_id, numbered)

    def take(self, device: Device, delivery_ids: list[int]) -> list[Json]:
        """The device has these safe: forget them, and return those that still waited."""
        queue = self.queue(device)
        taken: list[Json] = []
        for delivery_id in delivery_ids:
            frame = queue.waiting.pop(delivery_id, None)
            if frame is not None:
                taken.append(frame)
                self._state.store.drop("delivery", self._key(device, delivery_id))
        self.taken += len(taken)
        if queue.on_new is not None:
            queue.on_new()
        return taken

    def forget(self, device: Device) -> None:
        """The device is unlinked: nothing waits for it any more."""
        queue = self._queues.pop(device.id, None)
        for delivery_id in queue.waiting if queue is not None else ():
            self._state.store.drop("delivery", self._key(device, delivery_id))

    def waiting(self) -> int:
        """Count what no device has taken yet."""
        return sum(len(queue.waiting) for queue in self._queues.values())

    @staticmethod
    def _key(device: Device, delivery_id: int) -> str:
        return f"{device.id}/{delivery_id:012d}"
