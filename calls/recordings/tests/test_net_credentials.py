"""Whom a fetch believes to be who they are, and who gets to see our credentials."""

import datetime
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calls.recordings.net import NotFetched, fetch
from calls.recordings.tests.hosts import answer, redirect, serving

MB = 1 << 20
SOUND = bytes(range(256)) * 1000


def fetched(url):
    return b"".join(fetch(url, MB))


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A server context for media.example.com and api.twilio.com that this test trusts."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name) for name in ("media.example.com", "api.twilio.com", "api.elevenlabs.io")]
    names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.2")))
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file = tmp_path / "certificate.pem"
    file.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_the_certificate_has_to_be_that_of_the_name(certificate, resolved, allowed):
    asked = []
    certificate.sni_callback = lambda connection, name, context: asked.append(name)
    with serving(answer(SOUND), context=certificate) as host:
        assert fetched(host.url(name="media.example.com", scheme="https")) == SOUND
        with pytest.raises(NotFetched) as problem:
            fetched(host.url(name="other.example.com", scheme="https"))
    assert asked == ["media.example.com", "other.example.com"]
    assert str(problem.value) == "the connection to other.example.com failed: its certificate is not valid"
    assert not problem.value.is_final


@pytest.fixture
def secrets(settings):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "secret"
    settings.ELEVENLABS_API_KEY = "el-key"


TWILIO, ELEVENLABS = "authorization: Basic QUMxOnNlY3JldA==", "xi-api-key: el-key"


@pytest.mark.parametrize(
    ("name", "scheme", "sent"),
    [
        ("api.twilio.com", "https", TWILIO),
        ("api.elevenlabs.io", "https", ELEVENLABS),
        ("media.example.com", "https", None),
        ("api.twilio.com", "http", None),
        ("eviltwilio.com", "http", None),
        ("127.0.0.1", "http", None),
    ],
)
def test_credentials_are_sent_to_the_provider_alone(name, scheme, sent, certificate, resolved, allowed, secrets):
    with serving(answer(SOUND), context=certificate if scheme == "https" else None) as host:
        fetched(host.url(name=name, scheme=scheme))
    [head] = host.requests
    assert [line for line in (TWILIO, ELEVENLABS) if line in head] == [line for line in (sent,) if line]
    assert ("authorization" in head.lower()) == (sent == TWILIO)


def test_credentials_stay_behind_at_a_redirect_elsewhere(certificate, resolved, allowed, secrets):
    def answers(path):
        return answer(SOUND) if path == "/there" else redirect(f"https://media.example.com:{host.port}/there")

    with serving(answers, context=certificate) as host:
        assert fetched(host.url(name="api.twilio.com", scheme="https")) == SOUND
    first, second = host.requests
    assert TWILIO in first
    assert "authorization" not in second.lower()


def test_a_user_in_the_address_is_not_sent(allowed):
    with serving(answer(SOUND)) as host:
        fetched(f"http://user:secret@127.0.0.1:{host.port}/a.wav")
    assert "authorization" not in host.requests[0].lower()
