class Uncatchable(BaseException):
    pass


raise Uncatchable(*range(10**5))
