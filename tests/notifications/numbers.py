"""Who is who in these tests."""

ACCOUNT = "AC" + "0" * 32
TOKEN = "test-token"
FROM = "+358401000000"
AINO = "+358401234501"
