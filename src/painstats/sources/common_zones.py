"""Well-known time zones, so that advice can name the zone that an export's own times want."""

from __future__ import annotations

COMMON_ZONES = (
    "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Helsinki", "Europe/Istanbul", "Atlantic/Reykjavik",
    "Atlantic/Azores", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix",
    "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Halifax", "America/St_Johns",
    "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Mexico_City",
    "America/Santiago", "America/Caracas", "Africa/Lagos", "Africa/Johannesburg", "Africa/Cairo", "Africa/Nairobi",
    "Asia/Jerusalem", "Asia/Dubai", "Asia/Tehran", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo", "Australia/Perth", "Australia/Darwin",
    "Australia/Adelaide", "Australia/Brisbane", "Australia/Melbourne", "Australia/Sydney", "Pacific/Auckland",
    "Pacific/Fiji",
)  # fmt: skip
"""A place or two for each offset and each rule of summer time in wide use; of alike zones the first is named first."""

MOST_NAMED = 3


def zone_words(zones: list[str]) -> str:
    """Name the first of some zones that cannot be distinguished: "Australia/Melbourne or Australia/Sydney"."""
    return " or ".join(zones[:MOST_NAMED])


def zone_advice(zones: list[str]) -> str:
    """Say where to declare the first of some zones that cannot be distinguished; no participant is named."""
    return (
        f'if the participant lived in {zone_words(zones)}, write time_zone = "{zones[0]}" in study.toml, under '
        f"[study] or under [participants.ID] (painstats me and inspect: --time-zone {zones[0]}); a stay of some weeks "
        "is declared as travel"
    )
