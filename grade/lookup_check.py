"""What a function and all that it calls must not do, read off the machine code.

    lookup_check.py lookup KERNEL.elf   share_find takes no lock and writes no memory but its own stack (H2 of
                                        lab3-shares/share.h)
    lookup_check.py emit PROGRAM        map_emit takes no lock, up to a new chunk of memory (M1 of
                                        lab7-libos/README.md)
    lookup_check.py --test CC           the check itself, on small functions that break the rules

Locks are a lock prefix and xchg with memory. A store is an instruction that writes memory, unless
addressed through rsp, or through rbp where the function made that its frame pointer. An indirect
call or jump is always refused: behind it anything could stand.
"""
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course import binutils

FUNCTION = re.compile(r"^[0-9a-f]+ <([^>+]+)>:$")
INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\s+(.*?)\s*(?:#.*)?$")
PREFIX = re.compile(r"^(?:(?:rep|repz|repnz|notrack|bnd|data16|[cdefgs]s)\s+)+")
BRANCH = re.compile(r"^(?:call|jmp|j\w+)q?\s+[0-9a-f]+ <([^>+]+)(\+0x[0-9a-f]+)?>")
STACK = re.compile(r"^-?(?:0x[0-9a-f]+)?\(%rsp(?:,[^)]*)?\)$")
FRAME = re.compile(r"^-?(?:0x[0-9a-f]+)?\(%rbp\)$")
# Instructions whose last operand is read, not written, or that only name an address.
READERS = re.compile(r"^(?:cmp|test|bt[bwlq]?$|ucomis|comis|prefetch|nop|lea|push|mul|imul[bwlq]?$"
                     r"|div|idiv|call|jmp|j|clflush)")
STRING_STORES = re.compile(r"^(?:stos|movs[bwlq]?$|ins|cmpxchg|xadd|xsave|fxsave|fst|sidt|sgdt)")


def functions_of(path):
    """{function: its instructions} of an object or executable."""
    text = subprocess.run([binutils("objdump"), "-d", "--no-show-raw-insn", str(path)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    found, current = {}, None
    for line in text.splitlines():
        head = FUNCTION.match(line)
        if head:
            current = found.setdefault(head.group(1), [])
            continue
        instruction = INSTRUCTION.match(line)
        if instruction and current is not None:
            current.append(PREFIX.sub("", instruction.group(1)))
    return found


def operands_of(instruction):
    """The operands, split at the commas that stand outside parentheses."""
    parts = instruction.split(None, 1)
    return re.split(r",(?![^(]*\))", parts[1].strip()) if len(parts) == 2 else []


def is_memory(operand):
    return "(" in operand or re.match(r"^(?:%[cdefgs]s:)?-?(?:0x)?[0-9a-f]+$", operand) is not None


def on_stack(operand, frame):
    return bool(STACK.match(operand) or frame and FRAME.match(operand))


def locked(instruction, operands):
    """Why an instruction is not to stand where no lock may be taken; '' if it may."""
    name = instruction.split(None, 1)[0]
    if name == "lock":
        return "a lock prefix"
    if name.startswith("xchg") and any(map(is_memory, operands)):
        return "xchg with memory"
    if name.startswith(("call", "jmp")) and operands and operands[0].startswith("*"):
        return "an indirect call or jump"
    return ""


def locked_or_stored(instruction, operands, frame):
    """The same where, besides, only the stack may be written."""
    name = instruction.split(None, 1)[0]
    why = locked(instruction, operands)
    if why:
        return why
    if STRING_STORES.match(name) and (not operands or any(map(is_memory, operands))
                                      and not name.startswith("movs")):
        return "a store"
    if name.startswith("movs") and sum(map(is_memory, operands)) == 2:
        return "a store"
    if READERS.match(name) or not operands or not is_memory(operands[-1]):
        return ""
    return "" if on_stack(operands[-1], frame) else "a store that is not to the stack"


@dataclass(frozen=True)
class Rule:
    """What `start` and its callees must not do; `trusted` are callees that are not looked into."""
    start: str
    says: str
    stores: bool  # may it write memory?
    trusted: tuple = ()


LOOKUP = Rule("share_find", "no lock, no xchg, no store but to the stack", False)
EMIT = Rule("map_emit", "no lock, no xchg", True, ("memory",))


def check_function(functions, rule):
    """Everything forbidden in rule.start and its callees, a line each."""
    waiting, seen, wrong = [rule.start], set(rule.trusted), []
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if not functions.get(name):
            wrong.append(f"{name}: no code")
            continue
        frame = any(i.split() == ["mov", "%rsp,%rbp"] for i in functions[name])
        for instruction in functions[name]:
            operands = operands_of(instruction)
            why = (locked(instruction, operands) if rule.stores
                   else locked_or_stored(instruction, operands, frame))
            if why:
                wrong.append(f"{name}: {why}: {instruction}")
            branch = BRANCH.match(instruction)
            if branch and branch.group(1) != name:
                waiting.append(branch.group(1))
    return wrong


def check_file(path, rule):
    return check_function(functions_of(path), rule)


GOOD = """
struct slot { unsigned long id, object; };
static __attribute__((noinline)) unsigned long probe(struct slot *s, unsigned long id, unsigned n)
{ volatile unsigned long spill[4]; spill[0] = id;
  for (unsigned i = 0; i < n; i++)
    if (__atomic_load_n(&s[i].id, __ATOMIC_ACQUIRE) == spill[0]) return s[i].object;
  return 0; }
unsigned long lookup(struct slot *s, unsigned long id)
{ return probe(s, id, 8) + probe(s, ~id, 4); }
"""
BAD = {
    "a plain store": "unsigned long lookup(unsigned long *s) { s[3] = 1; return 0; }",
    "a counter": "static unsigned long n; unsigned long lookup(void) { return n++; }",
    "a locked add": "unsigned long lookup(long *s) { __atomic_fetch_add(s, 1, 5); return 0; }",
    "an exchange": "unsigned long lookup(long *s) { return __atomic_exchange_n(s, 1, 5); }",
    "a store in a callee": "static __attribute__((noinline)) void put(char *s)"
                           " { *s = 1; __asm__(\"\"); }"
                           " unsigned long lookup(char *s) { put(s); return *s; }",
    "an unknown callee": "unsigned long lookup(unsigned long (*f)(void)) { return f() + 1; }",
    "a string store": "unsigned long lookup(char *s) { unsigned long n = 9;"
                      " __asm__ volatile(\"rep stosb\" : \"+D\"(s), \"+c\"(n) : \"a\"(0)"
                      " : \"memory\"); return 0; }",
}


GOOD_EMIT = """
struct row { long count, place; };
static __attribute__((noinline)) void *memory(unsigned long bytes) { static char all[4096]; static long used;
  return all + __atomic_fetch_add(&used, bytes, 5) % 4096; }
static __attribute__((noinline)) long *take(struct row *r)
{ r->place++; return r->place % 8 ? (long *)r : (long *)memory(r->count); }
int lookup(struct row *r, long value) { *take(r) = value; r->count++; return 0; }
"""
BAD_EMIT = {
    "a locked counter": "int lookup(long *s) { __atomic_fetch_add(s, 1, 5); return 0; }",
    "an exchange": "int lookup(long *s) { *s = __atomic_exchange_n(s + 1, 1, 5); return 0; }",
    "a lock in a callee": "static __attribute__((noinline)) void put(char *s)"
                          " { while (__atomic_test_and_set(s, 5)) { } *s = 0; }"
                          " int lookup(char *s) { put(s); return 0; }",
    "an unknown callee": "int lookup(int (*f)(void)) { return f() + 1; }",
    "what is only trusted by another name": GOOD_EMIT.replace("memory", "storage"),
}


def compile_and_check(compiler, source, folder, stores):
    path = Path(folder) / "lookup.c"
    path.write_text(source)
    subprocess.run([compiler, "-O2", "-fno-pic", "-c", "-o", f"{folder}/lookup.o", path], check=True)
    return check_file(f"{folder}/lookup.o", Rule("lookup", "", stores, ("memory",)))


def check_itself(compiler="gcc"):
    """(name, passed, detail): clean code passes, all that breaks a rule is refused."""
    with tempfile.TemporaryDirectory(prefix="corey-lookup-") as folder:
        for kind, stores, good, bad in (("lookup", False, GOOD, BAD), ("emit", True, GOOD_EMIT, BAD_EMIT)):
            wrong = compile_and_check(compiler, good, folder, stores)
            yield f"{kind} check: clean code passes", not wrong, "; ".join(wrong)
            for name, source in bad.items():
                wrong = compile_and_check(compiler, source, folder, stores)
                yield f"{kind} check: refuses {name}", bool(wrong), "not noticed"


def main():
    if sys.argv[1:2] == ["--test"]:
        results = list(check_itself(*sys.argv[2:3]))
        print("\n".join(f"{name}: {detail}" for name, good, detail in results if not good)
              or f"{len(results)} passed, 0 failed")
        return 1 if not all(good for _, good, _ in results) else 0
    kind, path = sys.argv[1:]
    rule = {"lookup": LOOKUP, "emit": EMIT}[kind]
    wrong = check_file(path, rule)
    print("\n".join(wrong) or f"{rule.start}: {rule.says}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
