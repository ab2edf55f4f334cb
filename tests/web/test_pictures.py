"""Pictures in the web chat: from our own address, with their words, and only where there are any."""

import aiohttp

from tests.support.pictures import ALT, png, with_picture
from tests.support.site import Site


async def test_a_post_shows_its_picture_from_our_own_address(
    client: aiohttp.ClientSession, site: Site
) -> None:
    post = await site.rooms.post("heraut", with_picture(), "k")
    page = await (await client.get("/c/heraut")).text()
    assert f'src="/c/heraut/pictures/{post}" alt="{ALT}"' in page
    answer = await client.get(f"/c/heraut/pictures/{post}")
    assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", png())


async def test_what_has_no_picture_is_not_found(client: aiohttp.ClientSession, site: Site) -> None:
    await site.rooms.hear("heraut", "<b>hallo</b>")
    post = await site.rooms.post("heraut", with_picture(), "k")
    for path in (
        f"heraut/pictures/{int(post) - 1}",
        "heraut/pictures/9" + "9" * 40,
        f"nergens/pictures/{post}",
    ):
        assert (await client.get(f"/c/{path}")).status == 404
