"""Files of volumes in the stand-in of a workspace: the Files API."""
import urllib.parse

from people import Refused


class Volumes:
    """Handlers of Workspace (workspace.py), over its state."""

    def volume(self, method, path, query, body):
        kind, _, name = path.removeprefix("/api/2.0/fs/").partition("/")
        name = "/" + urllib.parse.unquote(name)
        return self.volume_directory(method, name) if kind == "directories" else self.volume_file(method, name, query, body)

    def volume_directory(self, method, name):
        files = self.state.files
        if method == "PUT":
            while name.count("/") > 3:  # with its parents, below the volume
                files[name] = None
                name = name.rpartition("/")[0]
            return 204, None
        if name not in files:
            raise Refused(404, "NOT_FOUND", "The directory being accessed is not found.")
        below = [one for one in files if one.rpartition("/")[0] == name]
        if method == "DELETE" and below:
            raise Refused(400, "BAD_REQUEST", "The directory being deleted is not empty.")
        if method == "DELETE":
            del files[name]
            return 204, None
        return 200, {"contents": [{"path": one, "is_directory": files[one] is None} for one in below]}

    def volume_file(self, method, name, query, body):
        files = self.state.files
        if method == "PUT":
            if name.rpartition("/")[0] not in files:
                raise Refused(404, "NOT_FOUND", "The parent directory does not exist.")
            if name in files and query.get("overwrite") != "true":
                raise Refused(409, "ALREADY_EXISTS", "The file being created already exists.")
            files[name] = body
            return 204, None
        if files.get(name) is None:
            raise Refused(404, "NOT_FOUND", "The file being accessed is not found.")
        if method == "DELETE":
            del files[name]
            return 204, None
        return 200, files[name]
