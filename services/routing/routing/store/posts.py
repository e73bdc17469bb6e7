"""What imports reported of posts: office contacts, vacancies, who stands in. Never a person's own number."""

from collections.abc import Mapping

from chassis.mongo.client import Collection, Mongo, UpdateOne, store_errors
from routing.directory import PostDetails


class Posts:
    def __init__(self, mongo: Mongo) -> None:
        self._posts: Collection = mongo.collection("posts")

    async def all(self) -> dict[str, PostDetails]:
        """By key, `station:post`."""
        with store_errors():
            return {
                found["_id"]: PostDetails(
                    found["office_phone"], found["office_email"], found["vacant"], found["acting"]
                )
                async for found in self._posts.find()
            }

    async def save(self, details: Mapping[str, PostDetails]) -> None:
        if not details:
            return
        with store_errors():
            await self._posts.bulk_write(
                [
                    UpdateOne(
                        {"_id": key},
                        {
                            "$set": {
                                "office_phone": post.office_phone,
                                "office_email": post.office_email,
                                "vacant": post.vacant,
                                "acting": post.acting,
                            }
                        },
                        upsert=True,
                    )
                    for key, post in details.items()
                ]
            )
