/** Hands messages to message brokers, for the queue plugins of each kind of them. */
@Export
@Version("1.0.0")
@NullMarked
package org.qpsmtpd.brokers;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
