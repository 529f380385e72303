"""A real Home Assistant core with the MQTT integration alone, led by lines of JSON.

python core.py <configuration folder> <port of the broker> <port of its own web server>
Standard input takes {"id": 1, "do": "call", "domain": "switch", "service": "turn_on", "data": {...}}, or "do": "classes".
Standard output tells {"home": {...}} after every change, and {"id": 1, "answer": ...}. It stops at the end of the input.
"""

import asyncio
import json
import logging
import sys

from homeassistant import bootstrap
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry, entity_registry
from homeassistant.runner import RuntimeConfig

FOLDER, BROKER_PORT, WEB_PORT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

# Neither a frontend nor a recorder, which bring packages of their own.
bootstrap.DEFAULT_INTEGRATIONS = set()
bootstrap.CRITICAL_INTEGRATIONS = set()

# A home of many entities is told in one piece after each burst of changes.
QUIET_SECONDS = 0.1


class Complaints(logging.Handler):
    """What core writes to its log as warning or error."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        if record.name.startswith("homeassistant"):
            self.texts.append(f"{record.levelname} {record.name}: {record.getMessage()}")


def tell(answer):
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()


class Home:
    def __init__(self, hass: HomeAssistant, complaints: Complaints):
        self.hass = hass
        self.complaints = complaints
        self.timer = None

    def entity(self, entry):
        state = self.hass.states.get(entry.entity_id)
        return {
            "entity_id": entry.entity_id,
            "unique_id": entry.unique_id,
            "device_id": entry.device_id,
            "name": entry.original_name,
            "category": entry.entity_category,
            "state": None if state is None else state.state,
            "attributes": {} if state is None else dict(state.attributes),
        }

    def device(self, entry):
        return {
            "id": entry.id,
            "identifiers": [name for _, name in entry.identifiers],
            "name": entry.name,
            "manufacturer": entry.manufacturer,
            "model": entry.model,
            "sw_version": entry.sw_version,
            "serial_number": entry.serial_number,
        }

    def tell(self):
        self.timer = None
        entities = entity_registry.async_get(self.hass).entities.values()
        devices = device_registry.async_get(self.hass).devices.values()
        tell(
            {
                "home": {
                    "entities": [self.entity(entry) for entry in entities],
                    "devices": [self.device(entry) for entry in devices],
                    "complaints": self.complaints.texts,
                }
            }
        )

    def changed(self, _event: Event | None = None):
        if self.timer is None:
            self.timer = self.hass.loop.call_later(QUIET_SECONDS, self.tell)


def classes():
    """Which units and state classes core takes with each device class."""
    from homeassistant.components.binary_sensor import BinarySensorDeviceClass
    from homeassistant.components.sensor.const import (
        DEVICE_CLASS_STATE_CLASSES,
        DEVICE_CLASS_UNITS,
        SensorDeviceClass,
        SensorStateClass,
    )
    from homeassistant.const import __version__

    def units(device_class):
        if device_class not in DEVICE_CLASS_UNITS:
            return None
        return sorted("" if unit is None else str(unit) for unit in DEVICE_CLASS_UNITS[device_class])

    return {
        "core": __version__,
        "sensor": {
            str(each): {
                "units": units(each),
                "stateClasses": sorted(str(state) for state in DEVICE_CLASS_STATE_CLASSES[each]),
            }
            for each in sorted(SensorDeviceClass)
        },
        "stateClasses": sorted(str(each) for each in SensorStateClass),
        "binarySensor": sorted(str(each) for each in BinarySensorDeviceClass),
    }


async def obey(hass: HomeAssistant, line: str):
    order = json.loads(line)
    try:
        if order["do"] == "classes":
            answer = classes()
        else:
            await hass.services.async_call(order["domain"], order["service"], order["data"], blocking=True)
            answer = None
        tell({"id": order["id"], "answer": answer})
    except Exception as error:  # noqa: BLE001
        tell({"id": order["id"], "error": f"{type(error).__name__}: {error}"})


async def main():
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    hass = await bootstrap.async_setup_hass(RuntimeConfig(config_dir=FOLDER, skip_pip=True, log_no_color=True))
    if hass is None:
        raise SystemExit("Home Assistant did not start")
    home = Home(hass, complaints)
    for event in ("state_changed", "entity_registry_updated", "device_registry_updated"):
        hass.bus.async_listen(event, home.changed)
    await hass.async_start()
    if not hass.config_entries.async_entries("mqtt"):
        flow = hass.config_entries.flow
        form = await flow.async_init("mqtt", context={"source": "user"})
        result = await flow.async_configure(form["flow_id"], {"broker": "127.0.0.1", "port": BROKER_PORT})
        if result["type"] != "create_entry":
            raise SystemExit(f"The MQTT integration was not set up: {result}")
    await hass.async_block_till_done()
    tell({"ready": True})
    home.changed()

    lines = asyncio.StreamReader(limit=2**20)
    await hass.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        await obey(hass, line.decode())
    await hass.async_stop()


asyncio.run(main())
