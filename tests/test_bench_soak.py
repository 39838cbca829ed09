"""What a soak run says about its samples."""

from bench.soak import Sample, trends


def samples(memory, lag=lambda minute: 3, connections=lambda minute: 10) -> list[Sample]:
    return [
        Sample(
            at=float(minute),
            memory_mb={"router": memory(minute), "database": 60.0 + 9 * minute},
            handles={"router": 20 + minute % 2},
            connections={"router": connections(minute), "database": connections(minute)},
            lag=lag(minute),
            stream_bytes=1_000_000 + 300_000 * minute,
            written=60 * minute,
        )
        for minute in range(31)
    ]


def grown(found) -> list[str]:
    return [each.what for each in found if each.too_steep]


def test_a_calm_half_hour_is_fine_and_the_stores_own_caches_are_only_shown():
    assert grown(trends(samples(lambda minute: 100.0 + (minute % 3)))) == []


def test_a_service_that_grows_a_megabyte_a_minute_is_told():
    assert grown(trends(samples(lambda minute: 100.0 + minute))) == ["memory MB of router"]


def test_what_it_takes_to_get_warm_is_not_counted():
    assert grown(trends(samples(lambda minute: 100.0 + 10 * min(minute, 5)))) == []


def test_work_that_piles_up_is_told():
    found = trends(samples(lambda minute: 100.0, lag=lambda minute: 12 * minute))
    assert grown(found) == ["messages left on the bus"]


def test_a_pool_may_fill_up_but_not_pass_its_size():
    assert grown(trends(samples(lambda minute: 100.0, connections=lambda minute: 4 + minute))) == []
    assert grown(trends(samples(lambda minute: 100.0, connections=lambda minute: 5 + minute))) == [
        "database connections of router, first and most"
    ]
