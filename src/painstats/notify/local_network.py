"""Which addresses belong to this machine or its own network, which a notification may reach unencrypted."""

from __future__ import annotations

import ipaddress
import socket

from painstats.errors import StudyError

LOCAL_NETWORKS = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
"""Loopback and private addresses (RFC 1918, RFC 4193). Link-local ones, which clouds use for secrets, are not here."""


def local_address(host: str, port: int, what: str) -> str:
    """Return an address of a host on this machine's network, to connect to without asking for its name again.

    Parameters
    ----------
    host, port
        As the plan declares them.
    what
        What the host is, for the error: "the webhook".

    Raises
    ------
    StudyError
        An address of the host is outside the network, and so health data might leave it.
    OSError
        The host is not known.
    """
    found = list(dict.fromkeys(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    if not found or not all(map(is_local, found)):
        raise StudyError(
            f"{what} under [notify] is not on this machine's network; use an address such as 127.0.0.1 or 192.168.1.5"
        )
    return found[0]


def is_local(address: str) -> bool:
    """Whether an IP address belongs to this machine or a private network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return any(mapped.version == network.version and mapped in network for network in LOCAL_NETWORKS)
