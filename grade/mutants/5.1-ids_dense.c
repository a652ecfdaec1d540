/* exercise: 5.1
 * believed: APIC ids are 0 to n - 1: a count of the cores is all that the firmware's list is good for
 * killed by: core_start_sparse_ids */
/* core_start.c body 1 */
    for (uint32_t id = 0; id < listed->count && core_count < most; id++) {
        if (id == apic_id() || !core_prepare(id))
            continue;
        apic_send(id, APIC_INIT);
        clock_wait(INIT_TICKS);
        apic_send(id, APIC_STARTUP | start_page);
        if (!core_arrives_within(id, STARTUP_TICKS)) {
            apic_send(id, APIC_STARTUP | start_page);
            if (!core_arrives_within(id, LATE_TICKS) && core_give_up(id))
                continue;
        }
        core_join(id);
    }
