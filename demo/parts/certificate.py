"""Throw-away certificates: an authority of one's own, and what it issues."""

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = ("localhost", "127.0.0.1")
_LIFE = dt.timedelta(days=30)


class Authority:
    """An authority that nobody else knows."""

    def __init__(self, name: str = "An authority of one's own") -> None:
        """Make its key and its certificate."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        builder = _begun(self._name, self._name, self._key, dt.datetime.now(dt.UTC))
        self._certificate = (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )

    @property
    def certificate(self) -> str:
        """Return its certificate as PEM text."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def secret(self) -> str:
        """Return its private key as PEM text."""
        return _secret(self._key).decode()

    def issue(
        self, directory: Path, *names: str, until: dt.datetime | None = None
    ) -> tuple[Path, Path]:
        """Write a certificate for host names or addresses, and its key; return both paths.

        It has no more extensions than those that `openssl x509 -req` of PostgreSQL's manual
        leads to.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        start = dt.datetime.now(dt.UTC) if until is None else until - _LIFE
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names or HERE])
        certificate = (
            _begun(_named((names or HERE)[0]), self._name, key, start)
            .add_extension(alternatives, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return _write(directory, certificate, key)


def write_certificate(directory: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for this machine and its key; return both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named(HERE[0])
    certificate = (
        _begun(name, name, key, dt.datetime.now(dt.UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName(list(map(_alternative, HERE))), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _write(directory, certificate, key)


def _write(
    directory: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> tuple[Path, Path]:
    certificate_path, key_path = directory / "server.crt", directory / "server.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(_secret(key))
    key_path.chmod(0o600)
    return certificate_path, key_path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: dt.datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + _LIFE)
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _secret(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
