/** The OSGi framework, and how the bundles of the distribution come into it. */
@NullMarked
package org.qpsmtpd.runtime.felix.container;

import org.jspecify.annotations.NullMarked;
