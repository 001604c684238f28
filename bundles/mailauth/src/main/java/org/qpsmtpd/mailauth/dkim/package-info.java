/** DKIM: who signed a message, and signing it (RFC 6376, 8301, 8463, 8616). */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.dkim;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
