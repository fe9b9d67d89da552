"""HTTPS with certificates that live as long as the sandbox does."""

from __future__ import annotations

import contextlib
import ipaddress
import shutil
import socket
import ssl
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterable, Set

NAMES_LIMIT = 100
"""How many other names get a certificate; whoever asks for more gets the first one."""


class Authority:
    """A certificate authority that nobody knows but those who are told.

    Attributes:
        ca_file: Its certificate, for clients that add it to those they trust.
        bundle_file: The same together with the usual authorities, for those that trust
            nothing but what is in one file.
    """

    def __init__(self, names: Iterable[str]) -> None:
        try:
            import trustme
        except ImportError:
            raise ImportError(
                'HTTPS needs the package trustme: pip install "replicate[sandbox]"'
            ) from None
        import certifi

        self._authority = trustme.CA(organization_name="replicate.sandbox")
        self._directory = tempfile.mkdtemp(prefix="replicate-sandbox-ca-")
        self.ca_file: Path = Path(self._directory) / "ca.pem"
        self.bundle_file: Path = Path(self._directory) / "bundle.pem"
        self._authority.cert_pem.write_to_path(self.ca_file)
        usual = Path(certifi.where()).read_bytes()
        self.bundle_file.write_bytes(self.ca_file.read_bytes() + usual)
        self._others: Dict[str, ssl.SSLContext] = {}
        self.context: ssl.SSLContext = self._issue(*_own_names(), *names)
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, name: str, _: ssl.SSLContext) -> None:
        """Take a certificate for the name that the client asks for, whatever it is."""
        if not name:
            return
        if name not in self._others and len(self._others) < NAMES_LIMIT:
            with contextlib.suppress(Exception):  # no name that a certificate could have
                self._others[name] = self._issue(name)
        connection.context = self._others.get(name, self.context)

    def _issue(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate: Any = self._authority.issue_cert(*dict.fromkeys(names))
        certificate.configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Return what a client on this machine verifies certificates with."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def close(self) -> None:
        """Remove the files."""
        shutil.rmtree(self._directory, ignore_errors=True)


def _own_names() -> Set[str]:
    names = {"localhost", "127.0.0.1", "::1"}
    # Programs in containers may know this machine by its address, for which there is no
    # name to choose a certificate by.
    with contextlib.suppress(OSError, UnicodeError):
        for found in socket.getaddrinfo(socket.gethostname(), None):
            names.add(str(ipaddress.ip_address(str(found[4][0]).partition("%")[0])))
    return names
