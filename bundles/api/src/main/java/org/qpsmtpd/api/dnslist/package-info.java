/**
 * Lists in the DNS that say something of an address or a domain (RFC 5782): their lines in
 * configuration files, what their answers mean, and whether they can be believed.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.api.dnslist;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
