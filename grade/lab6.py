"""Lab 6, devices: its exercises, the tests of each and their points."""
from course import Exercise, Test

EXERCISES = [
    Exercise("6.1", "claim a device, hand it buffers, survive its owner", ["device_claim.c"], [
        Test("device_claim_once", 15),
        Test("device_claim_fails_clean", 5),
        Test("device_pins", 15),
        Test("device_owner_dies", 25),
        Test("device_quiet_after_last", 10),
        Test("device_header_read_once", 10),
        Test("device_hand_over_limits", 10),
        Test("device_hand_over_fails_clean", 5),
        Test("device_in_flight_most", 5),
    ]),
]

GIVEN = [
    Test("device_programs"),
    Test("device_failures"),
    Test("core_failures", cores=2),
    Test("books_records"),
    Test("books_of_shared_pages", cores=4),
    Test("audit_sound"),
    Test("audit_lost_page"),
    Test("audit_lost_block"),
    Test("audit_reference"),
    Test("audit_charge"),
    Test("audit_shared_page"),
    Test("audit_stale_entry"),
    Test("audit_after_work"),
    Test("matrix_rows", cores=5),
    Test("fuzz", seconds=30),
]
