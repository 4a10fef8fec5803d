"""P-256 keys and signatures (CHAIN-2, CHAIN-3, ENROL-3, TRUST-2)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from .canonical import from_base64url, sha256, to_base64url


class DeviceKey:
    def __init__(self, secret=None):
        curve = ec.SECP256R1()
        self.key = ec.generate_private_key(curve) if secret is None else ec.derive_private_key(secret, curve)

    @property
    def secret(self):
        return self.key.private_numbers().private_value

    @property
    def public(self):
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return to_base64url(point)

    def sign(self, data):
        r, s = utils.decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return to_base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def is_signed(public, data, signature):
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(public))
        both = from_base64url(signature)
        if len(both) != 64:
            return False
        pair = utils.encode_dss_signature(int.from_bytes(both[:32], "big"), int.from_bytes(both[32:], "big"))
        key.verify(pair, data, ec.ECDSA(hashes.SHA256()))
        return True
    except (InvalidSignature, ValueError):
        return False


def pin(relay_key):
    """What an enrolment link says of the relay's key (ENROL-3)."""
    return sha256(relay_key.encode())[:16].hex()


def enrol_text(nonce, device_key, device):
    return f"linli-enrol-1\n{nonce}\n{device_key}\n{device}"


def time_text(nonce, time_ms):
    return f"linli-time-1\n{nonce}\n{time_ms}"


def trust_text(authorities, as_of_ms):
    return f"linli-trust-1\n{as_of_ms}\n" + "\n".join(authorities)
