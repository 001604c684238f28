/** The plugin random_error. */
@NullMarked
package org.qpsmtpd.plugin.randomerror;

import org.jspecify.annotations.NullMarked;
