/**
 * The reports of DMARC: aggregate reports (RFC 9990) and failure reports (RFC 9991, 6591), written
 * and read, and where they go.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.mailauth.report;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
