/** What is kept of passwords: read, compared with what clients send, and made. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.passwords;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
