/** Reads what others found out about a message: the field Authentication-Results (RFC 8601). */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.results;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
