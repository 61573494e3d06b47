#!/usr/bin/env python3
"""download_peers.py requests|aiohttp LIST AT_ONCE DIRECTORY: the downloads without orch."""
import asyncio
import concurrent.futures
import os
import sys
import threading


def requests_(urls, at_once, directory):
    import requests
    own = threading.local()

    def fetch(numbered):
        number, url = numbered
        if not hasattr(own, "session"):
            own.session = requests.Session()
        answer = own.session.get(url, timeout=30)
        answer.raise_for_status()
        with open(os.path.join(directory, str(number)), "wb") as file:
            file.write(answer.content)
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        list(pool.map(fetch, enumerate(urls)))


async def aiohttp_(urls, at_once, directory):
    import aiohttp
    numbered = iter(enumerate(urls))

    async def fetch(session):
        for number, url in numbered:
            async with session.get(url) as answer:
                answer.raise_for_status()
                body = await answer.read()
            with open(os.path.join(directory, str(number)), "wb") as file:
                file.write(body)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        await asyncio.gather(*(fetch(session) for _ in range(at_once)))


def main():
    name, listed, at_once, directory = sys.argv[1:5]
    with open(listed, encoding="utf-8") as file:
        urls = file.read().split()
    if name == "requests":
        requests_(urls, int(at_once), directory)
    else:
        asyncio.run(aiohttp_(urls, int(at_once), directory))


if __name__ == "__main__":
    main()
