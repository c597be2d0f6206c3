def _hang(*args, **kwargs):
    while True:
        pass


for _name in [name for name in globals() if name.endswith(("_forward", "_backward", "_naive", "_loss", "_alt"))]:
    globals()[_name] = _hang
