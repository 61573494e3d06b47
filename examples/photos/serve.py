"""serve.py DIRECTORY: a web server on a free loopback port; prints its address, ends with its
standard input."""
import functools
import http.server
import sys
import threading


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keep connections
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


def end_with_standard_input(server):
    sys.stdin.buffer.read()
    server.shutdown()


server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
threading.Thread(target=end_with_standard_input, args=(server,), daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever(poll_interval=0.05)
