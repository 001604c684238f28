@NullMarked
package org.qpsmtpd.plugin.milter;

import org.jspecify.annotations.NullMarked;
