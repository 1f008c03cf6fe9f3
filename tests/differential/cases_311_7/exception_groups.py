"""except*, whose code changed between 3.11.2 and 3.11.7."""


def handle(work):
    try:
        work()
    except* ValueError as group:
        print(group.exceptions)
    except* (TypeError, KeyError):
        raise
    else:
        return 1
    finally:
        work = None


def nested(work):
    for attempt in range(3):
        try:
            try:
                work(attempt)
            except* OSError as inner:
                raise RuntimeError from inner
        except* RuntimeError:
            pass
