/** Exchanges with services beside the server, such as scanners, without holding a thread. */
@Export
@Version("1.2.0")
@NullMarked
package org.qpsmtpd.api.peer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
