"""Folders and archives are read whole, with limits, and nothing in them is trusted."""

import io
import tarfile
import zipfile
import zlib

import pytest

from grader.errors import UnreadableSubmission
from grader.submission.files import MIB, Limits, read_files


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "a student's work"
    (root / "cs231n" / "classifiers").mkdir(parents=True)
    (root / "cs231n" / "layers.py").write_bytes(b"x = 1\r\n")
    (root / "cs231n" / "classifiers" / "fc_net.py").write_bytes(b"y = 2")
    (root / "FullyConnectedNets.ipynb").write_bytes(b"{}")
    (root / "cs231n" / "im2col_cython.so").write_bytes(b"\x7fELF")
    (root / "__pycache__").mkdir()
    (root / "__pycache__" / "layers.py").write_bytes(b"stale")
    return root


WANTED = {
    "cs231n/layers.py": b"x = 1\r\n",
    "cs231n/classifiers/fc_net.py": b"y = 2",
    "FullyConnectedNets.ipynb": b"{}",
}


def zipped(folder, path):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def tarred(folder, path, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for file in sorted(folder.rglob("*")):
            archive.add(file, str(file.relative_to(folder)), recursive=False)
    return path


@pytest.mark.parametrize(
    "pack",
    [
        lambda folder, tmp: folder,
        lambda folder, tmp: zipped(folder, tmp / "s.zip"),
        lambda folder, tmp: tarred(folder, tmp / "s.tar.gz"),
        lambda folder, tmp: tarred(folder, tmp / "s.tar", "w"),
    ],
    ids=["folder", "zip", "tar.gz", "tar"],
)
def test_the_same_files_from_every_container(folder, tmp_path, pack):
    files = read_files(pack(folder, tmp_path))
    assert files.content == WANTED
    assert files.other == ("cs231n/im2col_cython.so",)


def test_a_single_file(folder):
    assert read_files(folder / "cs231n" / "layers.py").content == {"layers.py": b"x = 1\r\n"}


@pytest.mark.parametrize("name", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "C:\\evil.py"])
def test_paths_that_lead_out_are_left_aside(tmp_path, name):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
        archive.writestr("layers.py", "y = 1")
    files = read_files(path)
    assert list(files.content) == ["layers.py"]
    assert "left aside" in files.notes[0]


def test_links_are_not_followed(tmp_path):
    (tmp_path / "secret.py").write_text("answers = 42")
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "layers.py").write_text("x = 1")
    (folder / "optim.py").symlink_to(tmp_path / "secret.py")
    (folder / "up").symlink_to(tmp_path)
    files = read_files(folder)
    assert list(files.content) == ["layers.py"]
    assert len(files.notes) == 2


def test_links_in_archives_are_not_followed(tmp_path):
    path = tmp_path / "s.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("optim.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        device = tarfile.TarInfo("zero.py")
        device.type = tarfile.CHRTYPE
        archive.addfile(device)
        info = tarfile.TarInfo("layers.py")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"x = 1"))
    assert list(read_files(path).content) == ["layers.py"]

    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("optim.py")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("layers.py", "x = 1")
    assert list(read_files(path).content) == ["layers.py"]


def test_a_bomb_costs_no_more_than_the_limit(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("layers.py", b"0" * (40 * MIB))
        archive.writestr("optim.py", "x = 1")
    files = read_files(path)
    assert list(files.content) == ["optim.py"]
    assert "larger than 1 MiB" in files.notes[0]


def test_a_tar_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("data.bin")
        info.size = 3 * MIB
        archive.addfile(info, io.BytesIO(bytes(3 * MIB)))
    with pytest.raises(UnreadableSubmission, match="unpacks to more than 2 MiB"):
        read_files(path, Limits(unpacked_bytes=2 * MIB))


def test_too_many_members(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}.py", "")
    with pytest.raises(UnreadableSubmission, match="more than 20 members"):
        read_files(path, Limits(members=20))


def test_too_much_in_all(tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.ipynb").write_bytes(bytes(MIB))
    with pytest.raises(UnreadableSubmission, match="more than 2 MiB"):
        read_files(tmp_path, Limits(total_bytes=2 * MIB))


def damaged_zip(folder, tmp_path):
    path = zipped(folder, tmp_path / "d.zip")
    data = bytearray(path.read_bytes())
    data[40:60] = bytes(20)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder, tmp: tmp / "nothing", "there is no such file"),
        (lambda folder, tmp: (tmp / "x.rar", (tmp / "x.rar").write_bytes(b"Rar!"))[0], "wanted a folder"),
        (lambda folder, tmp: (tmp / "empty", (tmp / "empty").mkdir())[0], "no Python file"),
        (damaged_zip, "cannot be read"),
        (
            lambda folder, tmp: (
                tmp / "cut.tar.gz",
                (tmp / "cut.tar.gz").write_bytes(tarred(folder, tmp / "t.tar.gz").read_bytes()[:150]),
            )[0],
            "cannot be read|wanted a folder",
        ),
    ],
    ids=["absent", "unknown kind", "empty", "damaged zip", "cut tar"],
)
def test_what_cannot_be_read_says_so_in_one_line(folder, tmp_path, make, message):
    with pytest.raises(UnreadableSubmission, match=message) as caught:
        read_files(make(folder, tmp_path))
    assert "\n" not in str(caught.value)


def test_encrypted_zip(tmp_path):
    # Written by hand: the standard library cannot encrypt, only say that it cannot read.
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("layers.py", "x = 1")
    data = bytearray(path.read_bytes())
    data[6] |= 1  # the encryption bit, in the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    path.write_bytes(data)
    with pytest.raises(UnreadableSubmission, match="encrypted|password"):
        read_files(path)


def test_crc_is_checked(tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("layers.py", "value = 12345")
    data = path.read_bytes().replace(b"12345", b"54321")
    path.write_bytes(data)
    assert zlib.crc32(b"value = 54321") != zlib.crc32(b"value = 12345")
    with pytest.raises(UnreadableSubmission, match="CRC"):
        read_files(path)
