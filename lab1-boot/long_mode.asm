; Exercise 1.1: from 32-bit protected mode to 64-bit code. The contract stands in long_mode.inc.

%include "long_mode.inc"

        extern  boot_root_table
        extern  long_mode_start

        bits 32
        section BOOT_TEXT

        global  enter_long_mode
enter_long_mode:
        HOLE "1.1"
