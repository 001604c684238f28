/** Reads tag lists, in which DKIM, ARC and DMARC write what they say (RFC 6376 section 3.2). */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.taglist;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
