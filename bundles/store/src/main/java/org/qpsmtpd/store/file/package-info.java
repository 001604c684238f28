/** Stores in memory that a file keeps, one for each server. */
@NullMarked
package org.qpsmtpd.store.file;

import org.jspecify.annotations.NullMarked;
