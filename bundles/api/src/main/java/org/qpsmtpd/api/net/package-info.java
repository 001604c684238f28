/** Names of hosts and networks of addresses, as values, and what connections to others need. */
@Export
@Version("1.3.0")
@NullMarked
package org.qpsmtpd.api.net;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
