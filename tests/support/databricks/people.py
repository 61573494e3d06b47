"""Who is who in the stand-in of a workspace: service principals with their secrets, permissions; and
the errors all handlers raise.
"""
import re
import uuid

PAT = "dapi-fake-0123456789abcdef"
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
CLIENT_SECRET = "dose-fake-secret"
ACCOUNT = "00000000-aaaa-bbbb-cccc-000000000001"
WORKSPACE_ID = "1290481"
PRINCIPAL = "5550001"  # the numeric id of CLIENT_ID
WORDS = {400: "INVALID_PARAMETER_VALUE", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED",
         404: "RESOURCE_DOES_NOT_EXIST", 409: "ALREADY_EXISTS", 429: "RESOURCE_EXHAUSTED",
         500: "INTERNAL_ERROR", 503: "TEMPORARILY_UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.body = status, {"error_code": code, "message": message}


def missing(what):
    return Refused(404, "RESOURCE_DOES_NOT_EXIST", what)


def invalid(what):
    return Refused(400, "INVALID_PARAMETER_VALUE", what)


def need(body, *keys):
    for key in keys:
        if body.get(key) in (None, ""):
            raise invalid(f"Missing required field: {key}")


class People:
    """Handlers of Workspace (workspace.py), over its state."""

    def get_preview_scim_v2_me(self, _):
        return {"id": "42", "userName": "op@example.com"}

    def get_preview_scim_v2_serviceprincipals(self, query):
        wanted = re.fullmatch(r'applicationId eq "?([^"]*)"?', query.get("filter", ""))
        every = [{"id": PRINCIPAL, "applicationId": CLIENT_ID, "displayName": "for tests", "active": True}]
        found = [each for each in every if not wanted or each["applicationId"] == wanted[1]]
        start = int(query.get("startIndex") or 1)
        return {"totalResults": len(found), "startIndex": start, "Resources": found[start - 1:]}

    def secrets_of_principal(self, method, parts, body):
        if parts[0] != PRINCIPAL:
            raise Refused(404, "NOT_FOUND", f"Service principal {parts[0]} not found")
        secrets = self.state.principal_secrets
        show = lambda one: {"id": one, "secret_hash": "fakehash", "create_time": "2025-12-05T00:00:00Z",
                            "update_time": "2025-12-05T00:00:00Z", "expire_time": "2027-12-05T00:00:00Z", "status": "ACTIVE"}
        if method == "GET":
            return {"secrets": [show(one) for one in secrets]}
        if method == "POST":
            if len(secrets) >= 5:
                raise invalid("Service principal already has the maximum number of secrets: 5")
            one = f"fakesec-{1001 + max([int(each[8:]) for each in secrets], default=999) - 1000}"
            secrets[one] = "dose-fake-" + uuid.uuid4().hex
            return {**show(one), "secret": secrets[one]}
        if parts[-1] not in secrets:
            raise Refused(404, "NOT_FOUND", f"Secret {parts[-1]} not found")
        del secrets[parts[-1]]
        return None

    def permissions_of(self, method, what, body):
        levels = self.state.permissions.setdefault(what, {"op@example.com": "IS_OWNER" if what.startswith("jobs") else "CAN_MANAGE"})
        if method == "PUT":
            levels.clear()
        for entry in (body or {}).get("access_control_list", []):
            who = entry.get("service_principal_name") or entry.get("user_name") or entry.get("group_name")
            levels[who] = entry["permission_level"]
        shown = [{"service_principal_name" if "-" in who else "user_name": who,
                  "all_permissions": [{"permission_level": level, "inherited": False}]} for who, level in levels.items()]
        return {"object_id": "/" + what, "object_type": what.split("/")[0].rstrip("s"), "access_control_list": shown}
