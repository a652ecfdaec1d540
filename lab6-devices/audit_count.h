/* What the audit counts with: each edge that its walk meets is told here, and in the end all is compared. */
#ifndef COREY_AUDIT_COUNT_H
#define COREY_AUDIT_COUNT_H

#include "account.h"
#include "device_abi.h"
#include "page.h"

/* A new audit. After walk_begin. */
void audit_begin(void);

/* A reference to this page, which must be of this kind; true when it is the first. */
bool audit_page(const struct page *page, enum page_kind kind);

/* Memory that one structure owns alone: a slab block, or a page of this kind. Returns what it costs. */
uint64_t audit_memory(const void *memory, enum page_kind kind);

/* A reference to this account (null: none). */
void audit_account(struct account *account);

/* This much is charged to the account (null: to nobody), which has been reached. */
void audit_charge(struct account *account, uint64_t bytes);

/* `what` of the thing named `which` (an address or id): what was recounted, and what its counter says. */
void audit_equal(const char *what, uint64_t which, uint64_t counted, uint64_t stored);

/* The walk is over: compares all objects that it met, all accounts, all pages. */
void audit_compare(struct books_audit *audit);

#endif
