/** What the console prints: tables, times, and JSON. */
@NullMarked
package org.qpsmtpd.console.text;

import org.jspecify.annotations.NullMarked;
