/**
 * How bundles that are exchanged while mail flows, and instances that files configure beside them,
 * come to the engine: the only package of the core that another bundle uses.
 */
@Export
@Version("1.3.0")
@NullMarked
package org.qpsmtpd.core.gate;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
