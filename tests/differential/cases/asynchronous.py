"""Asynchronous constructs that Debian's standard library has nowhere."""


async def loop(source, sink):
    async for item in source:
        if not item:
            continue
        await sink(item)
    else:
        return None
    async with sink as opened, source:
        return [opened async for opened in source if await opened]


async def generate(count):
    for i in range(count):
        yield i
        try:
            await i
        finally:
            async for j in i:
                yield j
                break
