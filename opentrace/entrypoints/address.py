"""The address on which the server is to listen: taken before anything else is started, and kept over its restarts."""

import errno
import socket


class AddressError(Exception):
    """The address cannot be had; the message says why and what to do."""


def listen_on(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 picks a free one. Requests wait in it until the server takes them.

    Raises AddressError.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise AddressError(f"There is no address {host!r} to listen on. Set OPENTRACE_HOST or --host.") from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise AddressError(_sentence(error, host, port)) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a person on this machine opens it."""
    address, port = listener.getsockname()[:2]
    if address in ("127.0.0.1", "0.0.0.0", "::1", "::"):  # noqa: S104 -- compared, not bound
        return f"http://localhost:{port}"
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def probe_address(listener: socket.socket) -> tuple[str, int]:
    """Address and port that reach it from this machine."""
    address, port = str(listener.getsockname()[0]), int(listener.getsockname()[1])
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared, not bound
    return anywhere.get(address, address), port


def _sentence(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {port} of {host} is taken by another program. Stop it, or choose another port with "
                "OPENTRACE_PORT or --port (0 picks a free one)."
            )
        case errno.EACCES:
            return f"You may not listen on port {port}. Choose one above 1023 with OPENTRACE_PORT or --port."
        case errno.EADDRNOTAVAIL:
            return f"{host!r} is no address of this machine. Set OPENTRACE_HOST or --host to one that is."
        case _:
            return f"Opentrace cannot listen on {host}:{port}: {error.strerror}. Set OPENTRACE_HOST and OPENTRACE_PORT."
