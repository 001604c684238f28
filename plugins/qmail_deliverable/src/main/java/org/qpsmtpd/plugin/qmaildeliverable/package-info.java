/** The plugin qmail_deliverable. */
@NullMarked
package org.qpsmtpd.plugin.qmaildeliverable;

import org.jspecify.annotations.NullMarked;
