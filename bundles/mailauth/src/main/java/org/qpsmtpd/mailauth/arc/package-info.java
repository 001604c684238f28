/** ARC: what those said who handed a message on, and saying it (RFC 8617). */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.arc;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
