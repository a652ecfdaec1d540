/* exercise: 5.1
 * believed: a core is up once the interrupts to start it are sent
 * killed by: core_start_absent */
/* core_start.c body 1 */
    for (uint32_t i = 0; i < listed->count && core_count < most; i++) {
        uint32_t id = listed->apic_id[i];
        if (id == apic_id() || !core_prepare(id))
            continue;
        apic_send(id, APIC_INIT);
        clock_wait(INIT_TICKS);
        apic_send(id, APIC_STARTUP | start_page);
        clock_wait(STARTUP_TICKS);
        apic_send(id, APIC_STARTUP | start_page);
        core_join(id);
    }
